print("molsample")
