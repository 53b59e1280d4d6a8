/* Nothing here is required: every page works as plain links and forms. */

const root = document.documentElement;

/* The theme changes at once; the form still tells the server, which remembers it. */
document.querySelector("[data-theme-form]")?.addEventListener("submit", async (event) => {
  const form = event.currentTarget;
  const button = event.submitter;
  if (!button) return;
  event.preventDefault();
  const theme = button.value;
  const body = new URLSearchParams(new FormData(form));
  body.set("theme", theme);
  root.dataset.theme = theme;
  button.value = theme === "dark" ? "light" : "dark";
  button.querySelector("span").textContent = theme === "dark" ? button.dataset.light : button.dataset.dark;
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  } catch {
    /* Without a connection the choice lasts until the next page. */
  }
});

/* What was put aside for times without a connection goes before somebody signs out. */
for (const form of document.querySelectorAll("[data-sign-out]")) {
  form.addEventListener("submit", async (event) => {
    if (!("caches" in globalThis)) return;
    event.preventDefault();
    try {
      const names = (await caches.keys()).filter((name) => name.startsWith("attempt-"));
      await Promise.all(names.map((name) => caches.delete(name)));
    } finally {
      form.submit();
    }
  });
}

/* A system set to dark has a button that offers light. */
const switcher = document.querySelector("[data-theme-form] button");
if (switcher && !root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) {
  switcher.value = "light";
  switcher.querySelector("span").textContent = switcher.dataset.light;
}

/* Without pictures their words stand in. */
if (root.dataset.images === "off") {
  for (const image of document.querySelectorAll("img:not(.essential)")) {
    if (image.alt && !image.nextElementSibling?.classList.contains("instead")) {
      const words = document.createElement("span");
      words.className = "instead";
      words.textContent = image.alt;
      image.after(words);
    }
  }
}

/* A question that has a page of its own opens as a dialog over this one. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  const dialog = link && document.getElementById(link.dataset.dialog);
  if (dialog?.showModal && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    dialog.showModal();
  }
});

/* Menus close on Escape and when one looks elsewhere. */
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

/* A button that has been pressed says so, and does not send twice. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  button.dataset.text = button.textContent;
  button.textContent = button.dataset.busy;
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[aria-busy=true][data-text]")) {
    button.removeAttribute("aria-busy");
    button.textContent = button.dataset.text;
  }
});

/* A form that came back is read from its list of errors. */
document.querySelector("[data-focus]")?.focus();

/* Filters answer at once where the page says so; the button stays for everybody else. */
document.addEventListener("change", (event) => {
  event.target.closest("form[data-instant]")?.requestSubmit();
});

/* Ordering: ↑ and ↓ move the line, the numbers follow; choosing a number moves the line. */
function renumber(list) {
  const lines = [...list.children];
  lines.forEach((line, index) => {
    line.querySelector("select").value = String(index + 1);
    line.querySelector("[data-move='-1']").disabled = index === 0;
    line.querySelector("[data-move='1']").disabled = index === lines.length - 1;
  });
}

function place(list, line, index) {
  const others = [...list.children].filter((other) => other !== line);
  list.insertBefore(line, others[index] ?? null);
  renumber(list);
  line.querySelector("select").dispatchEvent(new Event("change", { bubbles: true }));
}

for (const list of document.querySelectorAll("[data-order]")) {
  let moving = false;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const line = button.closest("li");
    moving = true;
    place(list, line, [...list.children].indexOf(line) + Number(button.dataset.move));
    moving = false;
    (button.disabled ? line.querySelector("[data-move]:not(:disabled)") : button).focus();
  });
  list.addEventListener("change", (event) => {
    if (moving || !event.target.matches("select")) return;
    moving = true;
    place(list, event.target.closest("li"), Number(event.target.value) - 1);
    moving = false;
    event.target.focus();
  });
}
