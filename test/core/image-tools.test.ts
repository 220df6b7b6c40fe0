import { describe, expect, test } from 'vitest'
import { allTools, packageManagersIn, shellsIn, toolsAtPaths, toolsOfPackages } from '../../lambda/core/image-tools.ts'
import { parsePurl } from '../../lambda/core/purl.ts'
import { BY_LANGUAGE, TOOLS } from '../../lambda/core/tool-names.ts'

const named = (name: string, ...purls: string[]) => ({ name, purls: purls.map((purl) => parsePurl(purl)!) })
const toolIn = (...found: readonly (readonly string[])[]) => found.flat().join(' ')
const all = ({ shells, packageManagers, languageManagers }: ReturnType<typeof toolsAtPaths>) =>
  [shells, packageManagers, languageManagers].map((one) => toolIn(one))

describe('packages', () => {
  test.each([
    ['bash', ['pkg:apk/wolfi/bash@5.2-r1?arch=x86_64'], ['bash', '', '']],
    ['busybox-binsh', ['pkg:apk/alpine/busybox-binsh@1'], ['busybox', '', '']],
    ['dash', ['pkg:deb/debian/dash@0.5'], ['dash', '', '']],
    ['BASH', [], ['bash', '', '']],
    ['Bourne again', ['pkg:rpm/redhat/bash@5'], ['bash', '', '']],
    ['busybox', ['pkg:generic/busybox@1.37.0'], ['busybox', '', '']],
    ['powershell', ['pkg:nuget/PowerShell@7'], ['powershell', '', '']],
    ['apk-tools', ['pkg:apk/wolfi/apk-tools@2'], ['', 'apk', '']],
    ['dpkg', ['pkg:deb/ubuntu/dpkg@1'], ['', 'dpkg', '']],
    ['microdnf', ['pkg:rpm/redhat/microdnf@3'], ['', 'microdnf', '']],
    ['py3.12-pip', ['pkg:apk/wolfi/py3.12-pip@25'], ['', '', 'pip']],
    ['python3-pip', ['pkg:deb/debian/python3-pip@23'], ['', '', 'pip']],
    ['pip', ['pkg:pypi/pip@25'], ['', '', 'pip']],
    ['npm', ['pkg:npm/npm@10'], ['', '', 'npm']],
    ['zsh', ['pkg:conda/zsh@5'], ['zsh', '', '']],
    ['several', ['pkg:deb/debian/bash', 'pkg:deb/debian/apt'], ['bash', 'apt', '']],
    ['bash', ['pkg:deb/debian/other'], ['bash', '', '']],
    ['composer', ['pkg:composer/composer/composer@2'], ['', '', 'composer']],
    // Named like a tool, and none
    ['happy3-pip', [], ['', '', '']],
    ['py3-pip-doc', [], ['', '', '']],
    ['bash-doc', ['pkg:apk/wolfi/bash-doc'], ['', '', '']],
    ['bash-completion', [], ['', '', '']],
    ['rpm-libs', ['pkg:rpm/redhat/rpm-libs'], ['', '', '']],
    ['libapt-pkg6.0', [], ['', '', '']],
    ['dash', ['pkg:pypi/dash@2.17'], ['', '', '']],
    ['bash', ['pkg:npm/bash@0.0.1'], ['', '', '']],
    ['npm', ['pkg:pypi/npm@0.1'], ['', '', '']],
    ['fish', ['pkg:golang/github.com/acme/fish'], ['', '', '']],
    ['busybox', ['pkg:generic/busybox@1.37.0?download_url=https://busybox.net/x.tar.bz2'], ['', '', '']],
    ['bash', ['pkg:github/acme/bash@v1'], ['', '', '']],
    ['toString', [], ['', '', '']],
    ['constructor', ['pkg:constructor/constructor'], ['', '', '']],
  ])('%s %j', (name, purls, wanted) => {
    expect(all(toolsOfPackages([named(name, ...purls)]))).toEqual(wanted)
  })

  test('each once, in order', () => {
    const packages = ['zsh', 'bash', 'busybox-binsh', 'busybox'].map((name) => named(name))
    expect(toolsOfPackages(packages).shells).toEqual(['bash', 'busybox', 'zsh'])
  })
})

describe('paths', () => {
  test.each([
    ['bin/sh', ['sh', '', '']],
    ['/bin/sh', ['sh', '', '']],
    ['./usr/bin/bash', ['bash', '', '']],
    ['usr/local/bin/fish', ['fish', '', '']],
    ['bin/busybox', ['busybox', '', '']],
    ['busybox/sh', ['sh', '', '']],
    ['nix/store/abc-zsh-5.9/bin/zsh', ['zsh', '', '']],
    ['opt/microsoft/powershell/7/pwsh', ['', '', '']],
    ['usr/bin/pwsh', ['powershell', '', '']],
    ['Files/Windows/System32/cmd.exe', ['cmd.exe', '', '']],
    ['Files/Windows/System32/WindowsPowerShell/v1.0/powershell.exe', ['powershell', '', '']],
    ['sbin/apk', ['', 'apk', '']],
    ['usr/bin/apt-get', ['', 'apt', '']],
    ['usr/bin/dpkg', ['', 'dpkg', '']],
    ['usr/bin/rpm', ['', 'rpm', '']],
    ['usr/bin/dnf-3', ['', 'dnf', '']],
    ['usr/local/bin/pip3.12', ['', '', 'pip']],
    ['usr/local/bin/npx', ['', '', 'npm']],
    // Named like a tool, and none
    ['bash', ['', '', '']],
    ['etc/bash', ['', '', '']],
    ['bin/bash/', ['', '', '']],
    ['bin/.wh.bash', ['', '', '']],
    ['bin/xpip3', ['', '', '']],
    ['bin/pip3x', ['', '', '']],
    ['bin/bashbug', ['', '', '']],
    ['usr/share/bash-completion/completions/apt', ['', '', '']],
    ['var/lib/dpkg/status', ['', '', '']],
    ['usr/lib/rpm/rpm', ['', '', '']],
    ['usr/bin/other.exe', ['', '', '']],
    ['', ['', '', '']],
  ])('%s', (path, wanted) => {
    expect(all(toolsAtPaths([path]))).toEqual(wanted)
    expect(shellsIn([path])).toEqual(toolsAtPaths([path]).shells)
    expect(packageManagersIn([path])).toEqual(toolsAtPaths([path]).packageManagers)
  })
})

test('what either shows is there', () => {
  const packages = toolsOfPackages([named('apt'), named('bash')])
  expect(all(allTools(packages, toolsAtPaths(['bin/sh', 'bin/bash', 'usr/bin/pip3'])))).toEqual([
    'bash sh',
    'apt',
    'pip',
  ])
})

describe('the names', () => {
  const names = (of: 'packages' | 'files') => Object.values(TOOLS).flatMap((tool) => tool[of])
  test.each(['packages', 'files'] as const)('of %s are of one tool each, and found as they are written', (of) => {
    expect(new Set(names(of)).size).toBe(names(of).length)
    expect(names(of).filter((name) => name !== name.toLowerCase())).toEqual([])
  })

  test('of languages are tools that are known', () => {
    expect(
      Object.values(BY_LANGUAGE)
        .flat()
        .filter((name) => !Object.hasOwn(TOOLS, name)),
    ).toEqual([])
  })
})
