import { required } from "./required";

/** Where the platform under test is. `cargo xtask test` sets every one of these. */
export const environment = {
  /** The dashboard, e.g. http://dashboard.localhost */
  address: required("STOREYARD_ADDRESS"),
  /** The platform's namespace, where the Store resources are. */
  namespace: required("STOREYARD_NAMESPACE"),
  kubeconfig: required("STOREYARD_KUBECONFIG"),
  kubectl: required("STOREYARD_KUBECTL"),
  helm: required("STOREYARD_HELM"),
  /** Whether the shop's image carries the WooCommerce plugin. */
  plugin: required("STOREYARD_PLUGIN") === "true",
  /** A program that is a mail server. */
  mailpit: required("STOREYARD_MAILPIT"),
};

/** Why tests are skipped where it does not. */
export const WITHOUT_PLUGIN =
  "the shop's image was built without the WooCommerce plugin (no WOOCOMMERCE_ZIP, no download)";
