import type { Locator, Page } from "@playwright/test";
import type { NewStore } from "../dashboard";
import type { Shop } from "../shop";

/** What a journey has to know of one kind of shop. */
export interface Kind {
  /** Its engine, as the form has it. */
  engine: string;
  /** Whether its administrator has a user name beside the e-mail address. */
  hasUserName: boolean;
  /** Where in the shop a token of the dashboard's is taken. */
  wayIn: string;
  /** Where in the shop somebody is who was signed in. */
  home: RegExp;
  /** What only somebody sees who is in the admin. */
  desk(page: Page): Locator;
  /** Types the owner's name and password into the form of the admin. */
  logIn(page: Page, shop: string, owner: NewStore): Promise<void>;
  /** Why nothing can be ordered here, if so. */
  sellsNothing?: string;
  /** Orders something as a visitor's program does, and reads the order back. */
  order(shop: Shop, owner: NewStore): Promise<void>;
}

/** Somebody who orders. */
export const buyer = {
  first_name: "Ada",
  last_name: "L",
  address_1: "Street 1",
  city: "Berlin",
  phone: "030123456",
};
export const BUYERS_MAIL = "ada@atelier.example";
export const BUYERS_POSTCODE = "10115";
