// ID tokens, the fetch that carries them, and the page that comes back for a fresh one.

const EARLY = 5; // seconds before its end at which a token is no longer used
const RETRY = "X-Shopify-Retry-Invalid-Session-Request";
const REAUTHORIZE = "X-Shopify-API-Request-Failure-Reauthorize-Url";
let cached = null; // {token, until} with `until` on the page's own clock

async function idToken() {
  if (cached && performance.now() < cached.until) return cached.token;
  return freshIdToken();
}

async function freshIdToken() {
  const { id_token: token, lives } = await ask("idToken");
  cached = { token, until: performance.now() + (lives - EARLY) * 1000 };
  return token;
}

function isOurs(address) {
  const { protocol, hostname } = new URL(address);
  const near = hostname === location.hostname || hostname.endsWith(`.${location.hostname}`);
  return near && (protocol === "https:" || protocol === location.protocol);
}

const plainFetch = window.fetch.bind(window);

function fetchWith(token, request) {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return plainFetch(new Request(request, { headers }));
}

async function bridgedFetch(input, options) {
  const request = new Request(input, options);
  if (!isOurs(request.url) || request.headers.has("Authorization")) return plainFetch(request);
  const again = request.clone(); // a body can be read once
  let response = await fetchWith(await idToken(), request);
  if (response.status === 401 && response.headers.get(RETRY) === "1") {
    response = await fetchWith(await freshIdToken(), again);
  }
  const elsewhere = response.headers.get(REAUTHORIZE);
  if (response.status === 401 && elsewhere) tell("open", { url: absolute(elsewhere) });
  return response;
}

function absolute(url) {
  return new URL(url, location.href).href;
}

async function comeBack(address) {
  const target = new URL(address);
  if (target.origin !== location.origin) throw new Error("shopify-reload leads elsewhere.");
  target.searchParams.set("id_token", await freshIdToken());
  location.replace(target);
}

if (framed) window.fetch = bridgedFetch;
if (framed && query.has("shopify-reload")) comeBack(query.get("shopify-reload"));
