import { useSignal } from '@preact/signals';

interface SignInProps {
  readonly why: string;
  readonly onCredential: (credential: string) => void;
}

/** For a page that was opened without a credential, or with one that is no longer good. */
export function SignIn({ why, onCredential }: SignInProps) {
  const typed = useSignal('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typed.value.trim()) onCredential(typed.value.trim());
  };
  return (
    <form class="sign-in card" onSubmit={submit}>
      <h2>This page needs a credential</h2>
      <p>{why}</p>
      <label>
        Credential
        <input
          type="password"
          autoComplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Show the fleet</button>
      <p class="quiet">
        An admin makes one with <code>promfleet user create NAME --role viewer</code>. It is kept in this tab only.
      </p>
    </form>
  );
}
