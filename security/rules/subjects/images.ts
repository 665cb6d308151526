import { each, type Rule } from '../rule.ts';
import { at, isTrue } from '../template/json.ts';

export const images: readonly Rule[] = [
  {
    name: 'image-immutable',
    remedy: 'Set ImageTagMutability to IMMUTABLE',
    standsFor: ['CKV_AWS_51'],
    check: each('AWS::ECR::Repository', ({ properties }) =>
      properties['ImageTagMutability'] === 'IMMUTABLE' ? undefined : 'what a tag means may change after it was tried',
    ),
  },
  {
    name: 'image-scanned',
    remedy: 'Set ImageScanningConfiguration.ScanOnPush to true',
    standsFor: ['CKV_AWS_163'],
    check: each('AWS::ECR::Repository', ({ properties }) =>
      isTrue(at(properties, 'ImageScanningConfiguration', 'ScanOnPush'))
        ? undefined
        : 'nobody looks for known weaknesses in its images',
    ),
  },
];
