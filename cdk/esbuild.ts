/** How a handler is bundled: one ES module with all it needs, the SDK included. */
export const ESBUILD = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Bundled CommonJS packages ask for Node's own modules by require, which an ES module does not have
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  // Lambda hands credentials over in the environment, where the SDK looks first; it loads these only if it finds none
  externalModules: [
    '@aws-sdk/credential-provider-http',
    '@aws-sdk/credential-provider-ini',
    '@aws-sdk/credential-provider-login',
    '@aws-sdk/credential-provider-process',
    '@aws-sdk/credential-provider-sso',
    '@aws-sdk/credential-provider-web-identity',
    '@smithy/credential-provider-imds',
  ],
}
