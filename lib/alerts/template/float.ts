/** Decimal digits without a point: the number is 0.DIGITS × 10^point. No trailing zeros; none at all for zero. */
type Decimal = { digits: string; point: number };

/**
 * Returns a number as Go's `strconv.FormatFloat` writes it. `precision` is the count of digits after the point (`e`, `f`)
 * or of significant ones (`g`), −1 for as few as tell the number from its neighbours. Ties are rounded to even, on the
 * exact value.
 */
export function formatFloat(value: number, verb: "e" | "f" | "g", precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  const isShortest = precision < 0;
  if (verb === "e") {
    const decimal = isShortest ? shortest(size) : rounded(size, precision + 1);
    return sign + exponential(decimal, isShortest ? Math.max(decimal.digits.length - 1, 0) : precision);
  }
  if (verb === "f") {
    if (isShortest) {
      const decimal = shortest(size);
      return sign + fixed(decimal, Math.max(decimal.digits.length - decimal.point, 0));
    }
    return sign + fixed(roundedAfterPoint(size, precision), precision);
  }
  const significant = isShortest ? 6 : Math.max(precision, 1);
  const decimal = isShortest ? shortest(size) : rounded(size, significant);
  const exponent = decimal.digits === "" ? 0 : decimal.point - 1;
  if (exponent < -4 || exponent >= significant)
    return sign + exponential(decimal, Math.max(decimal.digits.length - 1, 0));
  return sign + fixed(decimal, Math.max(decimal.digits.length - decimal.point, 0));
}

function exponential({ digits, point }: Decimal, precision: number): string {
  const exponent = digits === "" ? 0 : point - 1;
  const padded = digits.padEnd(precision + 1, "0");
  const fraction = precision > 0 ? `.${padded.slice(1, precision + 1)}` : "";
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${padded[0] ?? "0"}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  return `${whole}.${fraction.padEnd(precision, "0").slice(0, precision)}`;
}

function shortest(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return { digits: mantissa.replace(".", "").replace(/0+$/, ""), point: Number(exponent) + 1 };
}

/** The digits of the number itself, which a double always has a finite count of. */
function exact(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const text =
    exponent >= 0 ? String(mantissa << BigInt(exponent)) : String(mantissa * 5n ** BigInt(-exponent));
  return { digits: text.replace(/0+$/, ""), point: text.length - (exponent >= 0 ? 0 : -exponent) };
}

function rounded(value: number, count: number): Decimal {
  const decimal = exact(value);
  return decimal.digits.length <= count ? decimal : cut(decimal, count);
}

function roundedAfterPoint(value: number, count: number): Decimal {
  const decimal = exact(value);
  const kept = decimal.point + count;
  if (decimal.digits.length <= kept) return decimal;
  return kept < 0 ? { digits: "", point: 0 } : cut(decimal, kept);
}

function cut({ digits, point }: Decimal, count: number): Decimal {
  const rest = digits.slice(count);
  const last = count > 0 ? Number(digits[count - 1]) : 0;
  const isUp = rest[0] === "5" && rest.length === 1 ? last % 2 === 1 : (rest[0] as string) >= "5";
  const kept = digits.slice(0, count);
  if (!isUp) return { digits: kept.replace(/0+$/, ""), point };
  const raised = String(BigInt(`1${kept || ""}`) + (kept === "" ? 0n : 1n));
  // A leading 1 keeps zeros in front; it becomes 2 when the carry runs through.
  if (kept === "") return { digits: "1", point: point + 1 };
  const carried = raised[0] === "2";
  return { digits: (carried ? "1" : raised.slice(1)).replace(/0+$/, ""), point: carried ? point + 1 : point };
}
