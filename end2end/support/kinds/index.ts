import type { Kind } from "./kind";
import { medusa } from "./medusa";
import { woocommerce } from "./woocommerce";

/** The kinds of shops that the platform under test offers. */
export const kinds: Kind[] = [woocommerce, medusa];
