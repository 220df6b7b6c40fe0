import type { APIGatewayProxyEventV2 } from 'aws-lambda'

const answers: Record<string, (event: APIGatewayProxyEventV2) => unknown> = {
  '/echo': (event) => ({
    statusCode: 201,
    headers: { 'X-Answer': 'yes' },
    cookies: ['a=1', 'b=2'],
    body: JSON.stringify(event),
  }),
  '/throw': () => {
    throw new Error('defect')
  },
  '/spin': () => {
    for (;;);
  },
  '/malformed': () => ({ statusCode: 'many' }),
  '/bad-header': () => ({ statusCode: 200, headers: { ok: '1', bad: 'a\r\nb: c' }, body: '' }),
  '/plain': () => ({ plain: true }),
  '/size': ({ body = '' }) => ({ size: body.length }),
}

export async function handler(event: APIGatewayProxyEventV2): Promise<unknown> {
  return answers[event.rawPath]!(event)
}
