// An OpenID provider (panva's oidc-provider), and an API at another origin that takes its access tokens.
//
// Arguments: the public key of the client sdk-with-key, as a JWK. It prints the URLs of both, and serves until it is
// ended.

import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/node_modules/`);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const listening = (server) =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
const counters = {};
const count = (name) => {
  counters[name] = (counters[name] ?? 0) + 1;
};

const server = http.createServer();
const issuer = await listening(server);
const client = {
  grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "authorization_code", "refresh_token"],
  response_types: ["code"],
  redirect_uris: ["http://127.0.0.1/callback"],
  application_type: "native",
};
const provider = new Provider(issuer, {
  clients: [
    { ...client, client_id: "sdk", token_endpoint_auth_method: "none" },
    {
      ...client,
      client_id: "sdk-with-key",
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks: { keys: [JSON.parse(process.argv[2])] },
    },
  ],
  claims: { openid: ["sub"], profile: ["name"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["a key of a test"] },
  features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: "Ada Lovelace" }) }),
  rotateRefreshToken: true,
  ttl: { AccessToken: 3, DeviceCode: 600, Grant: 3600, IdToken: 3600, Interaction: 600, RefreshToken: 3600, Session: 600 },
});
for (const event of ["grant.success", "grant.error"]) {
  provider.on(event, (context) => {
    if (context.oidc.params?.grant_type === "refresh_token") {
      count("refreshes");
      if (event === "grant.error") {
        count("refused");
      }
    }
  });
}
server.on("request", provider.callback());

const api = http.createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.url === "/counters") {
    if (request.method === "DELETE") {
      Object.keys(counters).forEach((name) => delete counters[name]);
    }
    return answer(200, counters);
  }
  count(request.url);
  const token = await provider.AccessToken.find((request.headers.authorization ?? "").replace("Bearer ", ""));
  // By itself, it takes tokens for a while longer, as if clocks differed.
  return token && !token.isExpired ? answer(200, { username: token.accountId }) : answer(401, { error: "invalid_token" });
});
console.log(`${await listening(api)} ${issuer}`);
