// What stands on the database, in one place: a verb that is typed and needs none of it starts twice as fast without it.
export { createBackup } from './backup/create.ts';
export { restoreBackup, verifyBackup } from './backup/restore.ts';
export { startController } from './run.ts';
