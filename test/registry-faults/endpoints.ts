import type { Asked } from './proxy.ts'
import type { PushedImage } from './world.ts'

/** Which requests a column of a table in docs/registry-faults.md is about, given the images that are judged. */
export type Endpoints = Readonly<Record<string, (asked: Asked) => boolean>>

export function ociEndpoints(images: readonly PushedImage[]): Endpoints {
  const get = (ends: (image: PushedImage) => string | undefined) => {
    const paths = images.map(ends).filter((path) => path !== undefined)
    return ({ path }: Asked) => paths.some((one) => path.split('?')[0]?.endsWith(`/${one}`))
  }
  return {
    token: ({ path }) => path.startsWith('/token'),
    tag: get(({ tag }) => `manifests/${tag}`),
    image: get(({ digest }) => `manifests/${digest}`),
    referrers: get(({ digest }) => `referrers/${digest}`),
    '`.sig` tag': get(({ digest }) => `manifests/${signatureTag(digest)}`),
    signature: get(({ signature }) => signature && `manifests/${signature}`),
    blob: ({ path }) => path.includes('/blobs/'),
  }
}

export function ecrEndpoints(images: readonly PushedImage[]): Endpoints {
  const call = (name: string) => (asked: Asked) => asked.operation === name
  const gets = (text: (image: PushedImage) => string | undefined) => {
    const texts = images.map(text).filter((one) => one !== undefined)
    return (asked: Asked) => asked.operation === 'BatchGetImage' && texts.some((one) => asked.body.includes(`"${one}"`))
  }
  return {
    DescribeImages: call('DescribeImages'),
    'BatchGetImage: image': gets(({ digest }) => digest),
    '`.sig` tag': gets(({ digest }) => signatureTag(digest)),
    signature: gets(({ signature }) => signature),
    ListImageReferrers: call('ListImageReferrers'),
    GetDownloadUrlForLayer: call('GetDownloadUrlForLayer'),
    download: ({ path }) => path.startsWith('/layers/'),
  }
}

function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`
}
