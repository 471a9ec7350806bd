// Who is signed in, and an access token that is good for a while yet.
import { ApiError, persist, post } from './graphql.mjs';

const PAIR = 'accessToken refreshToken user { id username }';
const REGISTER = `mutation Register($input: RegisterInput!) { auth: register(input: $input) { ${PAIR} } }`;
const LOGIN = `mutation Login($input: LoginInput!) { auth: login(input: $input) { ${PAIR} } }`;
const REFRESH = `mutation Refresh($input: RefreshTokenInput!) { auth: refreshToken(input: $input) { ${PAIR} } }`;

export class Session {
  #url;
  #pair;
  #goodUntil;
  #renewing = null;
  /** How often the tokens were renewed. */
  renewals = 0;

  /** Signs somebody new up, and in. */
  static async register(url, input) {
    return new Session(url, (await post(url, null, REGISTER, { input })).auth);
  }

  /** By `username` or `email`, and `password`. */
  static async login(url, input) {
    return new Session(url, (await post(url, null, LOGIN, { input })).auth);
  }

  constructor(url, pair) {
    this.#url = url;
    this.#keep(pair);
  }

  get user() {
    return this.#pair.user;
  }

  /** An access token. It is renewed when a third of its life is left, or a minute if that is less. */
  token = async () => {
    if (performance.now() > this.#goodUntil) await this.renew();
    return this.#pair.accessToken;
  };

  /**
   * Exchanges the refresh token for a new pair; to be called also on TOKEN_EXPIRED. A refresh token is good once, so
   * whoever asks while an exchange is under way waits for that one. If its answer is lost, the same may be asked once
   * more. What cannot be mended, as SESSION_REVOKED, is thrown: the person has to sign in again.
   */
  renew = async () => {
    this.#renewing ??= (async () => {
      const input = { refreshToken: this.#pair.refreshToken };
      this.#keep((await persist(() => post(this.#url, null, REFRESH, { input }))).auth);
      this.renewals += 1;
    })().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  };

  /** A query or a mutation as this person. */
  async ask(query, variables) {
    try {
      return await post(this.#url, await this.token(), query, variables);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'TOKEN_EXPIRED') throw error;
      await this.renew();
      return post(this.#url, await this.token(), query, variables);
    }
  }

  #keep(pair) {
    this.#pair = pair;
    // By the token's own words and no clock of this machine, which may be wrong by hours.
    const claims = pair.accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(claims));
    const life = (exp - iat) * 1_000;
    this.#goodUntil = performance.now() + life - Math.min(life / 3, 60_000);
  }
}
