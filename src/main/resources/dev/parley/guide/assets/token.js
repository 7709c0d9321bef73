const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/**
 * What is wrong with a token that the server did not accept, as far as the token itself shows. The server does not say: to a
 * stranger it would be a hint.
 */
export function faultOf(token) {
  const parts = token.split('.');
  if (/^bearer\s/i.test(token)) {
    return 'Leave out the word “Bearer” before it.';
  }
  if (parts.length !== 3) {
    return 'It is no JSON Web Token: that has three parts with dots between them. Perhaps a part is missing.';
  }
  const claims = claimsOf(parts[1]);
  if (!claims) {
    return 'Its middle part cannot be read. Perhaps some characters are missing.';
  }
  const now = Date.now() / 1000;
  if (claims.exp <= now) {
    return `It expired on ${MOMENT.format(claims.exp * 1000)}.`;
  }
  if (claims.nbf > now) {
    return `It is not valid before ${MOMENT.format(claims.nbf * 1000)}.`;
  }
  return 'It has not expired, so its key, issuer or audience is not the one that this server expects.';
}

function claimsOf(part) {
  try {
    const claims = JSON.parse(atob(part.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}
