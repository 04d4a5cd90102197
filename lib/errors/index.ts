/** The folder's entry: codes, the error and its maker. Safe for the browser. */
export { type ErrorCode, errorCodes } from "./codes";
export {
  type FieldError,
  InferscopeError,
  invalidFields,
  isInferscopeError,
  problem,
  type Suggestion,
} from "./inferscope-error";
