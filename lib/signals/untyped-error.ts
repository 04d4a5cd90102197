/** What errors are called that the server counts without saying what they were. */
export const UNTYPED_ERROR = "Without a type";
