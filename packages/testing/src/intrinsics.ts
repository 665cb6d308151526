/** CloudFormation's short tags for `yaml`. What they stand for is known at deployment only: tests see their text. */
export const intrinsics = ['!Sub', '!GetAtt', '!Ref'].map((tag) => ({ tag, resolve: (text: string) => text }));
