// Who is signed in, and an access token that is always good for a while yet.
import { ParlanceError } from './errors.js';
import {
  type AuthFieldsFragment,
  LoginDocument,
  type LoginInput,
  LogoutDocument,
  RefreshDocument,
  RegisterDocument,
  type RegisterInput,
  type UserFieldsFragment,
} from './generated.js';
import type { Kept, Lock, Storage } from './storage.js';
import type { Ask, Tokens } from './transport.js';
import { pause } from './wait.js';

/** An access token is renewed so long before it ends, or a third of its life if that is less. */
const AHEAD_MS = 60_000;

/** So long another tab may take to write down the token that it got for the one that is refused here. */
const SUCCESSOR_MS = 5_000;

interface Access {
  readonly token: string;
  readonly userId: string;
  /** By the clock of this machine. */
  readonly renewAt: number;
}

export class Session {
  #access: Access | null = null;
  #renewing: Promise<Access> | null = null;
  readonly #listeners = new Set<(user: UserFieldsFragment | null) => void>();
  readonly #ask: Ask;
  readonly #storage: Storage;
  readonly #lock: Lock;
  #user: UserFieldsFragment | null;

  constructor(ask: Ask, storage: Storage, lock: Lock) {
    this.#ask = ask;
    this.#storage = storage;
    this.#lock = lock;
    this.#user = storage.read()?.user ?? null;
    // Another tab has signed in, or out, or only renewed its tokens.
    storage.watch(() => this.#become(storage.read()?.user ?? null));
  }

  /** Who is signed in, at once, though the server may turn out to think otherwise. */
  get user(): UserFieldsFragment | null {
    return this.#user;
  }

  /** Calls back when somebody else is signed in, or nobody; answers how to stop that. */
  onChange(listener: (user: UserFieldsFragment | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async register(input: RegisterInput): Promise<UserFieldsFragment> {
    const { register } = await this.#ask(RegisterDocument, { input });
    this.#enter(register);
    return register.user;
  }

  async login(input: LoginInput): Promise<UserFieldsFragment> {
    const { login } = await this.#ask(LoginDocument, { input });
    this.#enter(login);
    return login.user;
  }

  /** Ends the session here at once, and then on the server, if that can be reached. */
  async logout(): Promise<void> {
    const [access, kept] = [this.#access, this.#storage.read()];
    this.#leave();
    if (!kept) return;
    try {
      const isGood = access && access.userId === kept.user.id && Date.now() < access.renewAt;
      const token = isGood ? access.token : (await this.#exchange(kept)).accessToken;
      await this.#ask(LogoutDocument, {}, { token });
    } catch {
      // It ends by itself when it has not been used for long; nobody has its tokens any more.
    }
  }

  /**
   * An access token. `spent` is one that the server has refused, so that another is wanted whatever the clock says.
   * Whoever asks while it is being renewed gets the same.
   *
   * @throws {ParlanceError} `SIGNED_OUT` if nobody is signed in (any more); what is `retryable` if the server is away
   */
  token(spent?: string): Promise<string> {
    return this.tokens()(spent);
  }

  /**
   * Access tokens of whoever is signed in now, and of nobody who is after them: what one person has begun is not done
   * as another. They come as from `token`.
   */
  tokens(): Tokens {
    const whose = this.#user?.id;
    return async (spent) => {
      const { token, userId } = await this.#good(spent);
      if (whose !== undefined && userId !== whose) throw ParlanceError.replaced();
      return token;
    };
  }

  /** In how long a token is to be replaced: at once if another one has come since. */
  renewsIn(token: string): number {
    const access = this.#access;
    return access?.token === token ? Math.max(0, access.renewAt - Date.now()) : 0;
  }

  async #good(spent?: string): Promise<Access> {
    const access = this.#access;
    const isGood = access && access.token !== spent && Date.now() < access.renewAt;
    if (isGood && access.userId === this.#user?.id) return access;
    this.#renewing ??= this.#lock(() => this.#renew()).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Exchanges the refresh token, which is good once. As a rule no other tab does so at the same time. */
  async #renew(): Promise<Access> {
    for (;;) {
      const kept = this.#storage.read();
      if (!kept) {
        this.#leave();
        throw ParlanceError.signedOut();
      }
      try {
        // If the answer is lost, the same exchange works once more for a while, so nothing is written before.
        const fresh = await this.#exchange(kept);
        const now = this.#storage.read();
        // Whoever has signed out meanwhile, or in as somebody else, stays so.
        if (now?.user.id !== kept.user.id) continue;
        // Another tab that was quicker has written the same, or what it has got for that since.
        return this.#enter(fresh, now.refreshToken === kept.refreshToken);
      } catch (thrown) {
        const error = ParlanceError.from(thrown);
        if (error.retryable) throw error;
        if (await this.#isReplaced(kept, error)) continue;
        this.#leave();
        throw ParlanceError.signedOut();
      }
    }
  }

  /** Whether another tab has written since; of what it has spent, its token may be on its way yet. */
  async #isReplaced({ refreshToken }: Kept, { code }: ParlanceError): Promise<boolean> {
    const isOver = code === 'SESSION_REVOKED';
    const until = Date.now() + SUCCESSOR_MS;
    for (;;) {
      if (this.#storage.read()?.refreshToken !== refreshToken) return true;
      if (isOver || Date.now() > until) return false;
      await pause(100);
    }
  }

  async #exchange({ refreshToken }: Kept): Promise<AuthFieldsFragment> {
    return (await this.#ask(RefreshDocument, { input: { refreshToken } })).refreshToken;
  }

  #enter({ accessToken, refreshToken, user }: AuthFieldsFragment, isNewest = true): Access {
    const lifetime = lifetimeOf(accessToken);
    const ahead = Math.min(AHEAD_MS, lifetime / 3);
    const access = { token: accessToken, userId: user.id, renewAt: Date.now() + lifetime - ahead };
    this.#access = access;
    if (isNewest) this.#storage.write({ refreshToken, user });
    this.#become(user);
    return access;
  }

  #leave() {
    this.#access = null;
    this.#storage.write(null);
    this.#become(null);
  }

  #become(user: UserFieldsFragment | null) {
    const isOther = user?.id !== this.#user?.id;
    this.#user = user;
    if (!isOther) return;
    if (this.#access?.userId !== user?.id) this.#access = null;
    for (const listener of this.#listeners) listener(user);
  }
}

/**
 * How long a token is good, by its own words: its end is a moment of the server's clock, and the clock of this machine may
 * be wrong by hours. One that does not say is used until it is refused.
 */
function lifetimeOf(accessToken: string): number {
  try {
    const claims = accessToken.split('.')[1] ?? '';
    const { iat, exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    const seconds = exp - iat;
    // They are whole seconds, so it was made up to one later than it says.
    return seconds > 0 ? Math.max(seconds - 1, seconds / 2) * 1_000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
