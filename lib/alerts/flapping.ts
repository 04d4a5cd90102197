/** So often within the window, and an alert is said to flap. */
const times = 3;
/** Seconds that are looked back. */
export const flapWindow = 3_600;

/** Whether an alert that fired at these times (Unix seconds) flaps at `at`: three times or more within the hour before. */
export const isFlappingAt = (fired: readonly number[], at: number): boolean =>
  fired.filter((time) => time <= at && at - time <= flapWindow).length >= times;
