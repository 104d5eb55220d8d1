import { join } from 'node:path'

/** The project's own C++ sources: beside `src` and beside `dist`, in the repository as in the published package. */
export const NATIVE_FOLDER: string = join(import.meta.dirname, '../../native')

/** The sources of the portable profile inside it. */
export const PROFILE_FOLDER: string = join(NATIVE_FOLDER, 'src')
