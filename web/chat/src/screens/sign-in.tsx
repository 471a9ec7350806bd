// Signing in, and up. What is wrong is shown at its field, in the server's words.
import { ParlanceError } from '@parlance/client';
import { useState } from 'preact/hooks';
import { Field, sentence } from '../parts/field';
import { farewell, login, register } from '../state/viewer';

/** The page's own icon, whose address the server has put into the page. */
const MARK = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href;

type Wrong = Readonly<Record<string, string>>;

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

async function enter(isNew: boolean, form: FormData): Promise<void> {
  const [username, password] = [text(form, 'username'), String(form.get('password') ?? '')];
  if (isNew) await register({ username, email: text(form, 'email'), password });
  else
    await login({
      ...(username.includes('@') ? { email: username } : { username }),
      password,
    });
}

export function SignIn({ isNew }: { isNew: boolean }) {
  const [wrong, setWrong] = useState<Wrong>({});
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy || !(event.target instanceof HTMLFormElement)) return;
    setBusy(true);
    try {
      await enter(isNew, new FormData(event.target));
      setWrong({});
    } catch (thrown) {
      setWrong(wrongOf(ParlanceError.from(thrown), isNew));
    } finally {
      setBusy(false);
    }
  };
  const first = ['username', 'email', 'password'].find((name) => wrong[name]) ?? 'username';
  const field = (name: string) => ({ name, wrong: wrong[name], isFirst: first === name });
  return (
    <main class="sign-in">
      <div class="card">
        <img class="mark" src={MARK} alt="" width="48" height="48" />
        <h1>{isNew ? 'Create your account' : 'Welcome back'}</h1>
        <p class="hint">
          {isNew ? 'It takes a name, an e-mail address and a password.' : 'Sign in to go on chatting.'}
        </p>
        {farewell.value && <p class="note">{farewell.value}</p>}
        {wrong.form && (
          <p class="wrong" role="alert">
            {wrong.form}
          </p>
        )}
        {/* Another form for each: browsers keep what was typed in one out of the other. */}
        <form key={String(isNew)} onSubmit={submit} noValidate>
          <Field
            {...field('username')}
            label={isNew ? 'User name' : 'User name or e-mail'}
            autocomplete="username"
          />
          {isNew && <Field {...field('email')} label="E-mail" type="email" autocomplete="email" />}
          <Field
            {...field('password')}
            label="Password"
            type="password"
            maxLength={200}
            autocomplete={isNew ? 'new-password' : 'current-password'}
          />
          <button type="submit" class="primary wide" aria-disabled={isBusy}>
            {isBusy ? 'One moment…' : isNew ? 'Create account' : 'Sign in'}
          </button>
        </form>
        <p class="other">
          {isNew ? 'You have an account? ' : 'You are new here? '}
          <a href={isNew ? '#/login' : '#/register'} onClick={() => setWrong({})}>
            {isNew ? 'Sign in' : 'Create an account'}
          </a>
        </p>
      </div>
    </main>
  );
}

function wrongOf({ code, message, fields, retryAfterMs }: ParlanceError, isNew: boolean): Wrong {
  const named = Object.entries(fields).map(([name, words]) => [name, sentence(words)] as const);
  if (named.length > 0) {
    // Who signs in has one field for both.
    const place = (name: string) => (!isNew && name === 'email' ? 'username' : name);
    return Object.fromEntries(named.map(([name, words]) => [place(name), words]));
  }
  if (code === 'INVALID_CREDENTIALS') return { password: sentence(message) };
  if (code === 'RATE_LIMITED') {
    const wait = retryAfterMs ? ` Please wait ${Math.ceil(retryAfterMs / 1_000)} seconds.` : '';
    return { form: `That was tried too often.${wait}` };
  }
  return { form: sentence(message) };
}
