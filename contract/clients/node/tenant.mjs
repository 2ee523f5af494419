// The emulated tenant: as Google's Node clients reach it, and as its truth has it.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { admin } from "@googleapis/admin";
import { gmail } from "@googleapis/gmail";
import { iam } from "@googleapis/iam";
import { JWT } from "google-auth-library";

export const ROOT = process.env.EMULATOR_URL;
const FILES = process.env.EMULATOR_FILES;

const read = (name) => JSON.parse(readFileSync(join(FILES, name), "utf8"));
const KEY = read("service-account.json");
export const TRUTH = read("truth.json");
export const ADMIN = TRUTH.admin;
export const USERS = new Map(TRUTH.users.map((user) => [user.primaryEmail, user]));

export const AUTH = "https://www.googleapis.com/auth/";
export const DIRECTORY = [`${AUTH}admin.directory.user.readonly`];
export const DOMAINS = [`${AUTH}admin.directory.domain.readonly`];
export const ROLES = [`${AUTH}admin.directory.rolemanagement.readonly`];
export const SETTINGS = [`${AUTH}gmail.settings.basic`];
export const CLOUD = [`${AUTH}cloud-platform`];
export const EVERYBODY = { customer: "my_customer" };

// The client signs for Google's token address and asks there, whatever the key file says: the
// interceptor leads the request to the emulator, which takes Google's address as audience.
export function credentials(scopes, subject) {
  const client = new JWT({
    email: KEY.client_email,
    key: KEY.private_key,
    keyId: KEY.private_key_id,
    scopes,
    subject,
  });
  client.transporter.interceptors.request.add({
    resolved: async (config) => {
      const url = new URL(config.url);
      if (url.origin === "https://oauth2.googleapis.com") {
        config.url = new URL(url.pathname, ROOT);
      }
      return config;
    },
  });
  return client;
}

const service = (build, version) => (scopes, subject) =>
  build({ version, auth: credentials(scopes, subject), rootUrl: `${ROOT}/`, retry: false });

const directoryService = service(admin, "directory_v1");
const gmailService = service(gmail, "v1");
const iamService = service(iam, "v1");

export const directory = (subject = ADMIN, scopes = DIRECTORY) =>
  directoryService(scopes, subject);
export const mailbox = (subject, scopes = SETTINGS) =>
  gmailService(scopes, subject).users.settings;
export const accounts = () => iamService(CLOUD).projects.serviceAccounts;

// Every page of a listing.
export async function pages(collection, parameters) {
  const listed = [];
  let pageToken;
  do {
    const { data } = await collection.list({ ...parameters, pageToken });
    listed.push(data);
    pageToken = data.nextPageToken;
  } while (pageToken);
  return listed;
}

export async function entries(collection, field, parameters) {
  const listed = await pages(collection, parameters);
  return listed.flatMap((page) => page[field] ?? []);
}

const MAILBOX_FIELDS = new Set([
  "gmail",
  "sendAs",
  "delegates",
  "forwardingAddresses",
  "autoForwarding",
  "imap",
  "pop",
  "filters",
]);

const without = (dropped) => (entry) =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => !dropped.has(name)));

// What Directory knows of a user, out of all that the truth has.
export const directoryPart = without(MAILBOX_FIELDS);
// What the truth tells of an account or key, and other APIs answer.
export const withoutKeys = without(new Set(["keys", "policy", "lastAuthenticatedTime"]));

export const first = (wanted) => TRUTH.users.find(wanted);
export const holding = (wanted) =>
  new Set(TRUTH.users.filter(wanted).map((user) => user.primaryEmail));
