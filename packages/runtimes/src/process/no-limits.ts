/** Why the process runtime cannot limit what a node uses, in words that fit behind "because". */
export const NO_LIMITS = 'processes have no limits of their own here';
