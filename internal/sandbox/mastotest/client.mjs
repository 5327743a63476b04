// Drives the sandbox, whose address is the first argument, with masto: app,
// login with PKCE, posts, replies, pictures, notifications, pages, streaming.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const url = process.argv[2];
const redirectUri = "http://127.0.0.1:9/back";
const scopes = "profile read write follow";

async function control(path, body) {
  const answer = await fetch(`${url}/sandbox/api/${path}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return (await answer.json()).id;
}

// The browser's part: the form, a choice, the way back.
async function code(app, challenge) {
  const query = new URLSearchParams({
    response_type: "code", client_id: app.clientId, redirect_uri: redirectUri, scope: scopes,
    state: "s1", code_challenge: challenge, code_challenge_method: "S256",
  });
  const form = await (await fetch(`${url}/oauth/authorize?${query}`)).text();
  assert.match(form, /masto test/);
  assert.match(form, /name="account" value="outlet"/);
  query.set("account", "outlet");
  const back = await fetch(`${url}/oauth/authorize`, { method: "POST", body: query, redirect: "manual" });
  assert.equal(back.status, 302);
  const to = new URL(back.headers.get("location"));
  assert.equal(to.searchParams.get("state"), "s1");
  return to.searchParams.get("code");
}

async function login() {
  const app = await createRestAPIClient({ url }).v1.apps.create({ clientName: "masto test", redirectUris: redirectUri, scopes });
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const oauth = createOAuthAPIClient({ url });
  const ask = {
    grantType: "authorization_code", clientId: app.clientId, clientSecret: app.clientSecret,
    redirectUri, code: await code(app, challenge), codeVerifier: verifier,
  };
  const token = await oauth.token.create(ask);
  assert.equal(token.tokenType, "Bearer");
  await assert.rejects(oauth.token.create(ask), "a code works once");
  return token.accessToken;
}

const accessToken = await login();
const masto = createRestAPIClient({ url, accessToken });
const me = await masto.v1.accounts.verifyCredentials();
assert.equal(me.username, "outlet");
assert.equal(me.bot, true);
const instance = await masto.v2.instance.fetch();
assert.equal(instance.configuration.statuses.maxCharacters, 500);

// Streaming comes first, so that nothing is missed.
const streaming = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken });
const heard = [];
const listening = (async () => {
  for await (const event of streaming.user.notification.subscribe()) {
    heard.push(event.payload);
    if (heard.length === 2) return;
  }
})();
for (;;) {
  const { wanted } = await (await fetch(`${url}/sandbox/api/streams`)).json();
  if (wanted.includes("user:notification")) break;
}

// A post with a picture.
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const picture = await masto.v2.media.create({ file: new Blob([png], { type: "image/png" }), description: "a dot" });
assert.ok(picture.url);
const post = await masto.v1.statuses.create({ status: "Hello from masto", mediaIds: [picture.id], language: "en" });
assert.equal(post.content, "<p>Hello from masto</p>");
assert.equal(post.mediaAttachments[0].description, "a dot");
await assert.rejects(masto.v1.statuses.create({ status: "x".repeat(501) }), /Text character limit of 500 exceeded/);
await assert.rejects(masto.v1.statuses.create({ status: "" }), /can't be blank/);

// Somebody follows and writes; we answer.
await control("follow", { person: "ann@far.example", account: "outlet" });
const asked = await control("say", { person: "ann@far.example", text: "deal 优惠 <b>", to: ["outlet"], direct: true });
await listening;
assert.deepEqual(heard.map((n) => n.type), ["follow", "mention"]);
assert.equal(heard[1].status.id, asked);
assert.match(heard[1].status.content, /优惠 &lt;b&gt;/);
const answer = await masto.v1.statuses.create({ status: "@ann@far.example Your code: ABC-123", visibility: "direct", inReplyToId: asked });
assert.equal(answer.inReplyToId, asked);
assert.equal(answer.mentions[0].acct, "ann@far.example");
const thread = await masto.v1.statuses.$select(asked).context.fetch();
assert.deepEqual(thread.descendants.map((s) => s.id), [answer.id]);

// Notifications, and pages of followers by the Link header.
const mentions = await masto.v1.notifications.list({ types: ["mention"] });
assert.deepEqual(mentions.map((n) => n.status.id), [asked]);
const followers = new Set();
let pages = 0;
for await (const page of masto.v1.accounts.$select(me.id).followers.list({ limit: 40 })) {
  pages++;
  for (const one of page) followers.add(one.acct);
}
assert.equal(followers.size, 91);
assert.ok(pages >= 3);

// The other account may not read what is direct.
const help = createRestAPIClient({ url, accessToken: "sandbox-help" });
await assert.rejects(help.v1.statuses.$select(answer.id).fetch(), /Record not found/);
await assert.rejects(createRestAPIClient({ url, accessToken: "bad" }).v1.accounts.verifyCredentials(), /access token is invalid/);
streaming.close();
