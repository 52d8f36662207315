(function () {
  const { createElement, useEffect, useRef } = window.wp.element;
  const settings = window.wc.wcSettings.getSetting("cards_data");

  /** The provider's fields; what is typed into them is exchanged for a token when the order is placed. */
  function Card({ eventRegistration, emitResponse }) {
    const place = useRef(null);
    const { onPaymentSetup } = eventRegistration;
    const { SUCCESS, ERROR } = emitResponse.responseTypes;
    useEffect(() => {
      const provider = window.Stripe(settings.publishableKey);
      const card = provider.elements().create("card");
      card.mount(place.current);
      const leave = onPaymentSetup(async () => {
        const { token, error } = await provider.createToken(card);
        return token
          ? { type: SUCCESS, meta: { paymentMethodData: { cards_token: token.id } } }
          : { type: ERROR, message: error?.message ?? "The card was not taken." };
      });
      return () => {
        leave();
        card.destroy();
      };
    }, [onPaymentSetup]);
    return createElement("div", { ref: place });
  }

  window.wc.wcBlocksRegistry.registerPaymentMethod({
    name: "cards",
    label: settings.title,
    ariaLabel: settings.title,
    content: createElement(Card),
    edit: createElement("div"),
    canMakePayment: () => true,
    supports: { features: ["products"] },
  });
})();
