import { createServer } from "node:net";
import { SetupError } from "./setup-error.mjs";

/**
 * The console's port from the environment, 3000 by default.
 * @param {string | undefined} value
 * @throws {SetupError} when it is not a port number
 */
export function consolePort(value) {
  if (value === undefined || value === "") return 3000;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new SetupError(`PORT is ${value}; set it to a number from 1 to 65535.`);
  return port;
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | undefined>} the code of the error that keeps us from listening there
 */
export const listenProblem = (port, host) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) =>
      resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? error.message),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

/**
 * @param {number} port
 * @param {string} host
 * @throws {SetupError} when the console could not listen there
 */
export async function assertPortFree(port, host) {
  const problem = await listenProblem(port, host);
  if (problem === undefined) return;
  const another = port < 65535 ? port + 1 : 3000;
  const command = `\`PORT=${another} npm run quickstart\``;
  const remedy = `Choose another one with ${command}`;
  if (problem === "EADDRINUSE")
    throw new SetupError(
      `Port ${port} is taken by another program. Stop that, or choose another one with ${command}.`,
    );
  if (problem === "EACCES")
    throw new SetupError(`Port ${port} needs rights that you do not have. ${remedy}.`);
  throw new SetupError(`The console cannot listen on ${host}:${port} (${problem}). ${remedy}.`);
}

/**
 * Which variable keeps the console from listening, and what to set it to.
 * @param {string} problem as `listenProblem` tells it
 * @param {number} port
 * @param {string} host
 */
export function listenAdvice(problem, port, host) {
  if (problem === "EADDRINUSE")
    return `PORT: ${port} is taken by another program on ${host}. Stop that, or set PORT to another one.`;
  if (problem === "EACCES")
    return `PORT: ${port} needs rights that this user does not have. Set PORT to one above 1023.`;
  return `INFERSCOPE_HOST: nothing can listen on ${host} here (${problem}). Set it to an address of this machine, such as 127.0.0.1, or to 0.0.0.0.`;
}

/**
 * The first port of 127.0.0.1 from `wish` upwards that nothing listens on.
 * @param {number} wish
 * @returns {Promise<number>}
 */
export async function freePortFrom(wish) {
  for (let port = wish; port <= 65535; port += 1)
    if ((await listenProblem(port, "127.0.0.1")) === undefined) return port;
  throw new SetupError(`No port from ${wish} upwards is free on 127.0.0.1.`);
}
