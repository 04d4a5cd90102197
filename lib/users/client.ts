import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { OneTimeLink } from "@/lib/auth/schema";
import type { Account, ChangeUser, CreatedUser, CreateUser, User, UserList } from "./schema";

/** The key of everything about users; events of type `user` make it stale. */
export const usersKey = ["users"] as const;

const path = (id: string) => `/api/v1/users/${encodeURIComponent(id)}`;

/** A page of the users whose e-mail or name contains `search`. */
export const usersQuery = (search: string, cursor: string | null) =>
  queryOptions({
    queryKey: [...usersKey, "list", search, cursor],
    queryFn: ({ signal }) =>
      requestJson<UserList>(withQuery("/api/v1/users", { search, cursor }), { signal }),
    placeholderData: keepPreviousData,
  });

export const createUser = (user: CreateUser) =>
  requestJson<CreatedUser>("/api/v1/users", { method: "POST", body: user });

export const changeUser = (id: string, change: ChangeUser) =>
  requestJson<User>(path(id), { method: "PATCH", body: change });

export const endSessions = (id: string) =>
  requestJson<undefined>(`${path(id)}/sessions`, { method: "DELETE" });

export const makePasswordLink = (id: string) =>
  requestJson<OneTimeLink>(`${path(id)}/password-link`, { method: "POST" });

export const changeAccount = (name: string | null) =>
  requestJson<Account>("/api/v1/account", { method: "PATCH", body: { name } });

export const changePassword = (passwords: { currentPassword: string; newPassword: string }) =>
  requestJson<undefined>("/api/v1/account/password", { method: "PUT", body: passwords });

export const endOtherSessions = () =>
  requestJson<undefined>("/api/v1/account/sessions", { method: "DELETE" });
