/** What an image that holds no more than its program goes without; `language`: of one programming language only. */
export type ToolKind = 'shell' | 'package' | 'language'

/** `packages`: of distributions, by their exact names: documentation and libraries of a tool are not it. `files`: its programs. */
type Tool = { readonly kind: ToolKind; readonly packages: readonly string[]; readonly files: readonly string[] }

/** Shells and package managers by the names that are told of them. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  sh: shell([], ['sh']),
  ash: shell(['ash'], ['ash']),
  bash: shell(['bash', 'bash-static', 'bash-binsh'], ['bash', 'rbash']),
  busybox: shell(
    ['busybox', 'busybox-static', 'busybox-binsh', 'busybox-full'],
    ['busybox', 'busybox.static', 'busybox-static'],
  ),
  'cmd.exe': shell([], ['cmd.exe']),
  csh: shell(['csh'], ['csh', 'bsd-csh']),
  dash: shell(['dash', 'dash-static', 'dash-binsh'], ['dash']),
  elvish: shell(['elvish'], ['elvish']),
  fish: shell(['fish'], ['fish']),
  hush: shell([], ['hush']),
  ksh: shell(
    ['ksh', 'ksh93', 'ksh93u+m', 'ksh2020', 'oksh', 'loksh', 'pdksh'],
    ['ksh', 'ksh93', 'ksh2020', 'oksh', 'rksh'],
  ),
  mksh: shell(['mksh', 'mksh-static'], ['mksh', 'mksh-static', 'lksh']),
  nushell: shell(['nushell'], ['nu']),
  powershell: shell(
    ['powershell', 'powershell-lts', 'powershell-preview', 'pwsh'],
    ['pwsh', 'pwsh.exe', 'pwsh-preview', 'powershell.exe'],
  ),
  sash: shell(['sash'], ['sash']),
  tcsh: shell(['tcsh'], ['tcsh']),
  toybox: shell(['toybox', 'toybox-static'], ['toybox']),
  yash: shell(['yash', 'yash-binsh'], ['yash']),
  zsh: shell(['zsh', 'zsh-static', 'zsh-binsh'], ['zsh', 'zsh5', 'zsh-static', 'rzsh']),

  apk: manager(['apk-tools', 'apk-tools-static', 'apk'], ['apk', 'apk.static']),
  apt: manager(['apt', 'apt-get'], ['apt', 'apt-get']),
  aptitude: manager(['aptitude'], ['aptitude', 'aptitude-curses']),
  dnf: manager(['dnf', 'dnf4', 'dnf5', 'python3-dnf'], ['dnf', 'dnf-3', 'dnf4', 'dnf5']),
  dpkg: manager(['dpkg', 'dpkg-static'], ['dpkg']),
  microdnf: manager(['microdnf'], ['microdnf']),
  nix: manager(['nix'], ['nix', 'nix-env']),
  opkg: manager(['opkg'], ['opkg', 'opkg-cl']),
  pacman: manager(['pacman', 'pacman-static'], ['pacman', 'pacman-static']),
  portage: manager(['portage'], ['emerge']),
  rpm: manager(['rpm'], ['rpm']),
  'rpm-ostree': manager(['rpm-ostree'], ['rpm-ostree']),
  tdnf: manager(['tdnf'], ['tdnf']),
  xbps: manager(['xbps'], ['xbps-install', 'xbps-install.static']),
  yum: manager(['yum', 'yum4'], ['yum', 'yum4']),
  zypper: manager(['zypper'], ['zypper']),

  bun: ofLanguage(['bun'], ['bun']),
  bundler: ofLanguage(['bundler', 'ruby-bundler'], ['bundle', 'bundler']),
  cargo: ofLanguage(['cargo'], ['cargo']),
  composer: ofLanguage(['composer'], ['composer', 'composer.phar']),
  conda: ofLanguage(['conda'], ['conda']),
  cpan: ofLanguage(['cpanminus', 'perl-app-cpanminus', 'perl-cpan'], ['cpan', 'cpanm']),
  gem: ofLanguage(['rubygems', 'ruby-rubygems'], ['gem']),
  gradle: ofLanguage(['gradle'], ['gradle']),
  luarocks: ofLanguage(['luarocks'], ['luarocks']),
  mamba: ofLanguage(['mamba', 'micromamba'], ['mamba', 'micromamba']),
  maven: ofLanguage(['maven'], ['mvn']),
  npm: ofLanguage(['npm'], ['npm', 'npx']),
  pip: ofLanguage(['pip', 'python-pip', 'python3-pip', 'py3-pip'], ['pip', 'pip2', 'pip3']),
  pipenv: ofLanguage(['pipenv'], ['pipenv']),
  pnpm: ofLanguage(['pnpm'], ['pnpm']),
  poetry: ofLanguage(['poetry', 'python3-poetry'], ['poetry']),
  uv: ofLanguage(['uv'], ['uv', 'uvx']),
  yarn: ofLanguage(['yarn', 'yarnpkg'], ['yarn', 'yarnpkg']),
}

/** Tools that come by a language's own packages, by the type of their package URLs; the same name elsewhere is something else. */
export const BY_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  npm: ['bun', 'npm', 'pnpm', 'yarn'],
  pypi: ['conda', 'pip', 'pipenv', 'poetry', 'uv'],
  gem: ['bundler'],
  composer: ['composer'],
  conda: ['bash', 'conda', 'fish', 'mamba', 'npm', 'pip', 'tcsh', 'yarn', 'zsh'],
  nuget: ['powershell'],
}

/** The types of package URLs of what no distribution installs: packages of languages, and sources. */
export const NOT_OF_SYSTEMS: readonly string[] = [
  ...Object.keys(BY_LANGUAGE),
  ...[
    'bitbucket',
    'cargo',
    'clojars',
    'cocoapods',
    'conan',
    'cpan',
    'cran',
    'docker',
    'elm',
    'github',
    'gitlab',
    'golang',
  ],
  ...['hackage', 'hex', 'huggingface', 'julia', 'luarocks', 'maven', 'mlflow', 'oci', 'opam', 'otp', 'pub', 'swift'],
]

function shell(packages: readonly string[], files: readonly string[]): Tool {
  return { kind: 'shell', packages, files }
}

function manager(packages: readonly string[], files: readonly string[]): Tool {
  return { kind: 'package', packages, files }
}

function ofLanguage(packages: readonly string[], files: readonly string[]): Tool {
  return { kind: 'language', packages, files }
}
