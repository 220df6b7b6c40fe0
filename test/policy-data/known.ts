/** How one file or case of upstream's came out here; `differs`: otherwise than there. */
export type Outcome = { readonly name: string; readonly said: string; readonly differs: string | undefined }

/** Where we know to differ from policy-controller: by what is said, or by the case. docs/clusterimagepolicy.md tells people. */
const KNOWN: readonly (readonly [about: RegExp, why: string])[] = [
  [/policy is not supported yet/, 'CUE and Rego are refused by name until CEL can stand in for them'],
  [
    /(?:secretRef|kms) is not supported: put the authority's certificates/,
    'the certificates of a private authority are verified here, so they must be at hand',
  ],
  [/signaturePullSecrets is not supported/, 'credentials for registries come from the installation'],
  [/names the host .*; keys come from AWS only/, 'a policy sends nobody to an address of its choice'],
  [/keys of (?:hashivault|azurekms|gcpkms):\/\/ are not supported/, 'keys are fetched from AWS KMS alone'],
  [/no Secret is named/, 'the Secret lies in no file, and without its key nothing can be judged'],
  [
    /empty-authorities\/|admit - missing authorities/,
    'what upstream admits where it is told to let images pass that nobody vouches for',
  ],
  [
    /bad secret namespace|object missing kind|unknown field/,
    'the same refusal in other words: with file, line and column in place of the number of the object',
  ],
]

/** The reasons for a difference; undefined where any part of what was said has none that we know. */
export function whyExpected({ name, said }: Outcome): readonly string[] | undefined {
  const ofCase = KNOWN.filter(([about]) => about.test(name)).map(([, why]) => why)
  if (ofCase.length > 0) return ofCase
  const reasons = said.split('\n').map((line) => KNOWN.find(([about]) => about.test(line))?.[1])
  return reasons.every((why) => why !== undefined) ? [...new Set(reasons)] : undefined
}
