/** Numbers for values: equal values have one number, so that states are compared, kept and told apart as numbers. */
export type Values = {
  number(value: unknown): number
  value(number: number): unknown
}

export function newValues(): Values {
  const byText = new Map<string, number>()
  const byIdentity = new WeakMap<object, number>()
  const values: unknown[] = []
  function numberOfText(value: unknown): number {
    const text = JSON.stringify(value) ?? 'undefined'
    const known = byText.get(text)
    if (known !== undefined) return known
    byText.set(text, values.length)
    return values.push(value) - 1
  }
  return {
    number: (value) => {
      if (typeof value !== 'object' || value === null) return numberOfText(value)
      const number = byIdentity.get(value) ?? numberOfText(value)
      byIdentity.set(value, number)
      return number
    },
    value: (number) => values[number],
  }
}
