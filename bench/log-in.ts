import { DEMO_ADMIN, DEMO_PASSWORD } from '../apps/api/src/demo-data/demo-usuarios.js';

/** The headers of a request by the demo admin. */
export async function logIn(api: { readonly url: string }): Promise<{ authorization: string }> {
  const answer = await fetch(`${api.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: DEMO_ADMIN.email, password: DEMO_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`the login answered ${answer.status}`);
  // What the API answers a login with.
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${token}` };
}
