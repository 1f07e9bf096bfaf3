const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

const partsOf = (version) => VERSION.exec(version)?.slice(1).map(Number);

/** Whether a version is newer than another. */
export function isNewer(version, than) {
  const [wanted, present] = [partsOf(version), partsOf(than)];
  const at = wanted.findIndex((part, index) => part !== present[index]);
  return at >= 0 && wanted[at] > present[at];
}

/**
 * Returns the version to release.
 * @param {string} present of package.json
 * @param {string} wanted a version, or `major`, `minor` or `patch`
 * @param {boolean} isReleased whether the present version has been released
 */
export function nextVersion(present, wanted, isReleased) {
  const [major, minor, patch] = partsOf(present);
  const steps = {
    major: `${major + 1}.0.0`,
    minor: `${major}.${minor + 1}.0`,
    patch: `${major}.${minor}.${patch + 1}`,
  };
  const version = Object.hasOwn(steps, wanted) ? steps[wanted] : wanted;
  if (!partsOf(version)) {
    throw new Error(`${wanted} is not a version: pass one such as 0.2.0, or major, minor or patch`);
  }
  if (version === present ? isReleased : !isNewer(version, present)) {
    throw new Error(`${version} is not newer than ${present}: choose a newer version`);
  }
  return version;
}
