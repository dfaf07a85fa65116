// A provider of accounts that knows one client, and one person by any name.

import Provider from "oidc-provider"

const [port, home, secret] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "ahp",
      client_secret: secret,
      redirect_uris: [`${home}/organizer/provider/back`],
      post_logout_redirect_uris: [`${home}/organizer`],
    },
  ],
  claims: { openid: ["sub"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "profile", "groups"],
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: "王芳", groups: ["heads"] }),
  }),
})
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"))
