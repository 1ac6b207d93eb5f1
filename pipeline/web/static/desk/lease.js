// The lease of the task in work, kept while somebody works on it.

import { send } from "./wire.js";

const STAY_AFTER = 4 * 60 * 1000; // milliseconds of work after which it is renewed

export class Lease {
  /** `refused(task, error)`: the task is lent no longer. */
  constructor(refused) {
    this.refused = refused;
    this.since = 0; // when it was last renewed, in milliseconds
  }

  /** Renew it, if that is due. */
  keep(task) {
    const now = performance.now();
    if (now - this.since < STAY_AFTER) return;
    this.since = now;
    send(`/desk/tasks/${task}/stay`, {}).catch((error) => this.refused(task, error));
  }
}
