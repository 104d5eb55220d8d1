import { join } from 'node:path'

/** The project's own C++ sources: next to `src` and `dist`, in the repository and in the published package. */
export const NATIVE_FOLDER: string = join(import.meta.dirname, '../../native')

/** The sources of the portable profile inside it. */
export const PROFILE_FOLDER: string = join(NATIVE_FOLDER, 'src')
