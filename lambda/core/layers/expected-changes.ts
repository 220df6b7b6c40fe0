import { RE2JS } from 're2js'
import type { Change } from './compare-trees.ts'

/** Files that layers above a base may be expected to change, by name, and what each name means. */
export const FILE_CHANGES = {
  users: 'users and groups (/etc/passwd, group, shadow, gshadow)',
  'ca-certificates': 'the certificate authorities that the image trusts',
  'package-database': 'what package managers write down: databases, lists, caches, logs',
  network: '/etc/hosts, /etc/hostname and /etc/resolv.conf, which a runtime writes anew',
  'loader-cache': '/etc/ld.so.cache, which ldconfig makes from the libraries that are there',
  'machine-id': '/etc/machine-id and what D-Bus has instead',
} as const
export type FileChange = keyof typeof FILE_CHANGES

const PATHS: Readonly<Record<FileChange, readonly string[]>> = {
  users: ['passwd', 'group', 'shadow', 'gshadow'].flatMap((name) => [`/etc/${name}`, `/etc/${name}-`]),
  'ca-certificates': [
    '/etc/ssl/certs/**',
    '/etc/ca-certificates/**',
    '/etc/ca-certificates.conf',
    '/usr/local/share/ca-certificates/**',
    '/usr/share/ca-certificates/**',
    '/etc/pki/ca-trust/**',
    '/etc/pki/tls/certs/**',
  ],
  'package-database': [
    '/lib/apk/db/**',
    '/usr/lib/apk/db/**',
    '/etc/apk/world',
    '/var/cache/apk/**',
    '/var/lib/dpkg/**',
    '/var/lib/apt/**',
    '/var/cache/apt/**',
    '/var/cache/debconf/**',
    '/var/lib/rpm/**',
    '/usr/lib/sysimage/rpm/**',
    '/var/lib/dnf/**',
    '/var/cache/dnf/**',
    '/var/log/**',
  ],
  network: ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'],
  'loader-cache': ['/etc/ld.so.cache'],
  'machine-id': ['/etc/machine-id', '/var/lib/dbus/machine-id'],
}
const MAX_GLOB = 512

/** Tells which changes names and path globs expect; names of other changes expect none. `*` stops at `/`, `**` does not. */
export function expectedChanges(expected: readonly string[]): (change: Change) => boolean {
  const globs = expected.flatMap((one) => (isFileChange(one) ? PATHS[one] : one.startsWith('/') ? [one] : []))
  if (globs.length === 0) return () => false
  let pattern: RE2JS | undefined
  return (change) => {
    if (!canBeExpected(change)) return false
    pattern ??= RE2JS.compile(globs.map(translate).join('|'))
    return pattern.testExact(`/${change.path}`)
  }
}

/** Why a path glob cannot stand for files, or undefined. */
export function pathGlobFault(glob: string): string | undefined {
  if (glob.length > MAX_GLOB) return `${glob.length} characters; at most ${MAX_GLOB} are allowed`
  if (!glob.startsWith('/')) return 'a path glob begins with "/"'
  if (glob.includes('***')) return 'only * and ** are wildcards'
  const isOdd =
    glob.length > 1 &&
    glob
      .split('/')
      .slice(1)
      .some((name) => /^\.{0,2}$/.test(name))
  return isOdd || glob === '/' ? 'matches no file: no name is empty, "." or ".."' : undefined
}

export function isFileChange(name: string): name is FileChange {
  return Object.hasOwn(FILE_CHANGES, name)
}

/** What gives rights, or leads elsewhere, nobody expects; nor that something else than a file takes a file's place. */
function canBeExpected({ kind, was, now }: Change): boolean {
  switch (kind) {
    case 'symlinked':
    case 'setuid':
      return false
    case 'replaced':
      return was === 'file' && now === 'file'
    case 'loader':
      return now === 'file'
    case 'deleted':
      // Each file in a directory is told of by itself
      return was === 'file' || was === 'directory'
    case 'permissions':
      return true
    default:
      return kind satisfies never
  }
}

const WILDCARDS: Readonly<Record<string, string>> = { '**': '(?s:.*)', '*': '[^/]*' }

function translate(glob: string): string {
  return glob
    .split(/(\*\*|\*)/)
    .map((part, index) => (index % 2 === 0 ? RE2JS.quote(part) : WILDCARDS[part]))
    .join('')
}
