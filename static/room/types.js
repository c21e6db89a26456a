/**
 * The words the rooms of the call share: what the server says, what the people in it tell each other.
 *
 * @typedef {object} Person one connection of somebody in the call
 * @property {string} connection
 * @property {string} person
 * @property {string} name
 * @property {string} role
 *
 * @typedef {object} CallState the server's whole word on the call; a greater version replaces a smaller one
 * @property {string} [lesson]
 * @property {number} version
 * @property {"mesh" | "star"} shape
 * @property {string | null} center the connection through which a star goes
 * @property {Person[]} people
 *
 * @typedef {object} Wire
 * @property {(to: string, data: unknown) => Promise<unknown>} signal
 *
 * @typedef {object} Cap the most that a picture may cost on one link
 * @property {number} height
 * @property {number} fps
 * @property {number} kbit
 *
 * @typedef {object} Told everything one end of a link tells the other, always whole, over the link itself
 * @property {boolean} camera her picture is on its way
 * @property {boolean} mosaic the picture is the mosaic of all
 * @property {boolean} microphone she has one
 * @property {boolean} muted
 * @property {string[]} direct the connections she hears without the centre
 * @property {string[] | null} carried the connections whose voices the centre mixes; null if she is not one
 * @property {string[]} speaking the connections the centre hears speaking
 *
 * @typedef {object} LinkFacts what a plan needs to know of a link
 * @property {boolean} connected
 * @property {number} seconds since it is connected
 * @property {Told | null} told
 *
 * @typedef {object} View everything a plan is made from
 * @property {string} me
 * @property {string | null} center
 * @property {string[]} others the connections of all other people
 * @property {Map<string, LinkFacts>} links
 * @property {Map<string, Set<string>>} mixes what was mixed for whom until now
 * @property {boolean} muted
 * @property {"mosaic" | "camera" | "voices"} level the most the centre's line carries
 *
 * @typedef {object} Plan what has to be so; the call makes it so
 * @property {Set<string>} want links to open and to keep
 * @property {Set<string>} release links that are no longer needed: their voices come through the centre
 * @property {string[]} direct
 * @property {string[] | null} carried
 * @property {Map<string, Set<string>>} mixes for whom the centre mixes which voices besides her own
 * @property {Map<string, Cap | null>} pictures the cap of my picture on each link; absent or null is none
 */

export {};
