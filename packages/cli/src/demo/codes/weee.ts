import { WEEE_OF_MEMBER_STATES } from './weeeEurope.ts';
import { WEEE_OF_OTHER_COUNTRIES } from './weeeWorld.ts';

/** The list of every country of the demo. */
export const WEEE = { ...WEEE_OF_MEMBER_STATES, ...WEEE_OF_OTHER_COUNTRIES };
