/** All that could forge a line or hide text: controls, formats, what is not assigned, line separators, and the Hangul fillers, which are letters that show nothing. */
export const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu
