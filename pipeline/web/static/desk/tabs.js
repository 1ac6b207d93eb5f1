// Tabs of one browser in which the same person has the desk open: whoever opens a task twice is told.

export class Tabs {
  /** `holds(task)`: whether this tab has that task; `found()`: another one has the task that was asked about. */
  constructor(login, holds, found) {
    this.channel = new BroadcastChannel(`hotich-desk-${login}`);
    this.channel.addEventListener("message", ({ data: { asked, held } }) => {
      if (asked !== undefined && holds(asked)) this.channel.postMessage({ held: asked });
      else if (held !== undefined && holds(held)) found(held);
    });
  }

  /** Ask the other tabs whether they have a task. */
  ask(task) {
    this.channel.postMessage({ asked: task });
  }
}
