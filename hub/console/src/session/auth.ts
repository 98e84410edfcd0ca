import { createAuth, localAuthStorage, type AuthSession } from "@fashionos/hub";
import { useSignal } from "@fashionos/hub/react";

/** This browser's login: a person, or a paired device. All tabs share it. */
export const auth = createAuth({ url: location.origin, storage: localAuthStorage() });

/** Who is signed in; undefined while that is being read, null for nobody. */
export function useSession(): AuthSession | null | undefined {
  return useSignal(auth.session);
}
