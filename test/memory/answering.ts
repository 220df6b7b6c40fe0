type Stack = {
  add(
    middleware: () => (args: { readonly input: object }) => Promise<{ output: object; response: unknown }>,
    options: { readonly step: 'initialize' },
  ): void
}

/** A client of the AWS SDK whose calls are answered by a function before anything leaves; what it was asked is kept. */
export function answering<Client extends { readonly middlewareStack: object }>(
  client: Client,
  answer: (input: object) => object,
): { readonly client: Client; readonly sent: readonly object[] } {
  const sent: object[] = []
  const stack = client.middlewareStack as Stack
  stack.add(
    () => async (args) => {
      sent.push(args.input)
      return { output: { $metadata: {}, ...answer(args.input) }, response: {} }
    },
    { step: 'initialize' },
  )
  return { client, sent }
}
