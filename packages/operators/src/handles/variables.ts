/** Stand in the environment of an operator's process, and so in that of all its children. */
export const SOCKET_VARIABLE = 'ORDEAL_SOCKET';
export const TOKEN_VARIABLE = 'ORDEAL_INCIDENT';
