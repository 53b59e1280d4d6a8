/* The time that is left. The server owns the clock: every acknowledgement says how many seconds remain, and
   between two of them only the time that passed is counted, so a wrong clock on the device does no harm. */

const MINUTES = [10, 5, 1];

export class Timer {
  constructor(element, { limit, remaining, show, announce, over }) {
    Object.assign(this, { element, limit, show, announce, over });
    this.ended = false;
    this.set(remaining);
    this.said = this.left();
    this.ticking = setInterval(() => this.tick(), 500);
    this.draw();
  }

  set(remaining) {
    this.end = performance.now() + remaining * 1000;
    if (remaining > 0) this.ended = false;
  }

  left() {
    return Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
  }

  tick() {
    const left = this.left();
    for (const minutes of MINUTES) this.passed(left, minutes * 60, () => this.announce("left", minutes));
    this.passed(left, Math.floor(this.limit / 2), () => this.announce("half"));
    this.said = left;
    this.draw();
    if (left === 0 && !this.ended) {
      this.ended = true;
      this.over();
    }
  }

  passed(left, mark, say) {
    if (mark < this.limit && this.said > mark && left <= mark) say();
  }

  draw() {
    const left = this.left();
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const text = hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
    if (this.element.textContent !== text) this.element.textContent = text;
    this.element.closest(".timer").classList.toggle("timer-short", left <= 300);
  }
}
