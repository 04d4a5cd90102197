/** Who acts: a person, an API key or a job of ours. All three take the same path, and the audit log tells them apart. */
export type Role = "viewer" | "operator" | "admin";

export type UserActor = { type: "user"; id: string; name: string; role: Role; teamId: string };
export type ApiKeyActor = {
  type: "api_key";
  id: string;
  name: string;
  role: Role;
  scopes: string[];
  teamId: string;
};
export type SystemActor = { type: "system"; id: string; name: string; teamId: string };
export type Actor = UserActor | ApiKeyActor | SystemActor;

/** There is one team for now; rows name it so that more can come. */
export const DEFAULT_TEAM_ID = "default";

/** The actor of a job, named after it. */
export const systemActor = (job: string): SystemActor => ({
  type: "system",
  id: job,
  name: job,
  teamId: DEFAULT_TEAM_ID,
});
