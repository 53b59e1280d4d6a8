/* The answer to one question as its plain form fields, whatever the type of the question. */

const OURS = new Set(["seen", "number", "move"]);

function controls(section) {
  const prefix = `s${section.dataset.slot}-`;
  return [...section.querySelectorAll("input, select, textarea")]
    .filter((control) => control.name.startsWith(prefix) && !OURS.has(control.name.slice(prefix.length)))
    .map((control) => [control.name.slice(prefix.length), control]);
}

const ticks = (control) => control.type === "radio" || control.type === "checkbox";

export function read(section) {
  const fields = {};
  for (const [name, control] of controls(section)) {
    if (!ticks(control)) (fields[name] ??= []).push(control.value);
    else if (control.checked) (fields[name] ??= []).push(control.value);
  }
  return fields;
}

/* Put an answer back that was kept on the device. An ordering is put into its lines' order as well. */
export function write(section, fields) {
  section.dispatchEvent(new CustomEvent("restoring", { detail: fields }));
  const left = Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [...values]]));
  for (const [name, control] of controls(section)) {
    if (ticks(control)) control.checked = (fields[name] ?? []).includes(control.value);
    else if (left[name]?.length) control.value = left[name].shift();
  }
  const list = section.querySelector("[data-order]");
  const place = (line) => Number(line.querySelector("select").value);
  list?.append(...[...list.children].sort((a, b) => place(a) - place(b)));
  section.dispatchEvent(new CustomEvent("restored"));
}

export const field = (section, name) => section.querySelector(`[name="s${section.dataset.slot}-${name}"]`);
