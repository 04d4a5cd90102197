const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMilliseconds = 100;
// Without a terminal a step says that it goes on: first soon, then rarely enough not to fill a log.
const firstReminderSeconds = 2;
const reminderSeconds = 10;

const seconds = (/** @type {number} */ milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** @typedef {ReturnType<typeof createProgress>} Progress */

/**
 * Shows named steps, several at once, with the time each has taken: a spinner a step on a terminal, plain lines otherwise.
 * @param {{ stream?: NodeJS.WriteStream, now?: () => number }} [options] `now` in milliseconds
 */
export function createProgress({ stream = process.stdout, now = () => performance.now() } = {}) {
  const animated = stream.isTTY === true && process.env.TERM !== "dumb" && !process.env.CI;
  /** @type {Set<{ label: string, detail: string, startedAt: number, remindAt: number }>} */
  const running = new Set();
  let drawn = 0;
  let frame = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  const erase = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  };
  const draw = () => {
    for (const step of running) {
      const text = `${frames[frame % frames.length]} ${step.label} ${seconds(now() - step.startedAt)}${step.detail === "" ? "" : ` · ${step.detail}`}`;
      stream.write(`${text.slice(0, (stream.columns ?? 80) - 1)}\n`);
      drawn += 1;
    }
  };
  const tick = () => {
    frame += 1;
    if (animated) {
      erase();
      draw();
      return;
    }
    for (const step of running) {
      if (now() < step.remindAt) continue;
      step.remindAt = now() + reminderSeconds * 1000;
      stream.write(
        `… ${step.label}, ${seconds(now() - step.startedAt)}${step.detail === "" ? "" : ` (${step.detail})`}\n`,
      );
    }
  };
  const say = (/** @type {string} */ text) => {
    if (animated) erase();
    stream.write(`${text}\n`);
    if (animated) draw();
  };

  return {
    say,
    /**
     * Runs `work` as a named step and answers what it answers. `detail` shows what is going on inside the step,
     * `finish` sets the text of its closing line.
     * @template T
     * @param {string} label
     * @param {(report: { detail(text: string): void, finish(text: string): void }) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(label, work) {
      const step = { label, detail: "", startedAt: now(), remindAt: now() + firstReminderSeconds * 1000 };
      let closing = label;
      running.add(step);
      timer ??= setInterval(tick, frameMilliseconds);
      const close = (/** @type {string} */ mark, /** @type {string} */ text) => {
        if (animated) erase();
        running.delete(step);
        stream.write(`${mark} ${text} ${seconds(now() - step.startedAt)}\n`);
        if (animated) draw();
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
      try {
        const result = await work({
          detail: (text) => {
            step.detail = text.replace(/\s+/g, " ").trim();
          },
          finish: (text) => {
            closing = text;
          },
        });
        close("✓", closing);
        return result;
      } catch (error) {
        close("✗", label);
        throw error;
      }
    },
  };
}
