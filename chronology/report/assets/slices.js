"use strict";
/* Work that may take longer than a reader waits for a slider: done a little at a time, in between what the reader does.
   Nothing ever queues: to begin again drops what was left of the last time. */
class Slices {
  /* `work` gives an iterator whose every step is short. */
  constructor(work) {
    this.work = work;
    this.left = null;
    this.timer = 0;
  }

  /* Begin, or begin again, after some milliseconds. Who begins again while it waits has not to wait longer. */
  begin(after) {
    this.left = null;
    this.timer = this.timer || setTimeout(() => this.go(), after);
  }

  /* Begin at once, and do what can be done in a slice. */
  beginNow() {
    this.left = null;
    this.go();
  }

  go() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.left = this.left || this.work();
    const end = performance.now() + Slices.LENGTH;
    do {
      if (this.left.next().done) {
        this.left = null;
        return;
      }
    } while (performance.now() < end);
    this.timer = setTimeout(() => this.go());
  }
}
Slices.LENGTH = 10;
