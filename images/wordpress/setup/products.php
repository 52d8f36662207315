<?php

namespace Storeyard;

/** Three products to see a shop with. The SKU says whether one is there already. */
function addSampleProducts(): void
{
    foreach (sampleProducts() as $sku => [$name, $price, $text]) {
        if (wc_get_product_id_by_sku($sku)) {
            continue;
        }
        $product = new \WC_Product_Simple();
        $product->set_name($name);
        $product->set_sku($sku);
        $product->set_regular_price($price);
        $product->set_short_description($text);
        $product->set_manage_stock(true);
        $product->set_stock_quantity(100);
        $product->set_status('publish');
        $product->save();
    }
}

function sampleProducts(): array
{
    return [
        'SAMPLE-MUG' => ['Stoneware mug', '14.00', 'Holds a third of a litre and keeps it warm.'],
        'SAMPLE-TOTE' => ['Canvas tote', '19.50', 'Heavy cotton, long handles, room for a week of shopping.'],
        'SAMPLE-NOTEBOOK' => ['Dotted notebook', '9.90', 'A hundred and sixty pages that lie flat.'],
    ];
}
