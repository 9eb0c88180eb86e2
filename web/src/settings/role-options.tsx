import { ROLES } from './accounts.ts';

/** Of a `select`: the roles in a team. */
export function RoleOptions() {
  return (
    <>
      {ROLES.map(([role, word]) => (
        <option key={role} value={role}>
          {word}
        </option>
      ))}
    </>
  );
}
